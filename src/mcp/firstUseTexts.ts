/** A call that needs a sign-in which has not been used on this machine. */
export interface FirstUseSubject {
  /** The tool, or a description of another request. */
  readonly what: string;
  readonly server: string;
  readonly account: string;
}

/** Why a call ended without running, for the model. */
export const firstUseRefusals = {
  declined: (subject: FirstUseSubject) =>
    `${subject.what} did not run: the user chose not to use the sign-in of ${subject.account} at ${subject.server} on this machine. Do not try again unless the user asks for it. The user can sign in here with the command “MCP OAuth: Sign In…”.`,
  timedOut: (subject: FirstUseSubject) =>
    `${subject.what} did not run: ${asking(subject)}, and the user has not replied yet. The question is still open in the editor. Tell the user, and call the tool again after the user has replied.`,
  asked: (subject: FirstUseSubject) =>
    `${subject.what} was not run: ${asking(subject)}. MCP OAuth Broker has asked the user. Tell the user, and call it again only after the user has replied.`,
} as const;

function asking({ account, server }: FirstUseSubject): string {
  return `the sign-in of ${account} at ${server} has not been used on this machine before`;
}
