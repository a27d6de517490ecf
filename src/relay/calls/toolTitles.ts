import { accountName } from '../../broker/accounts/credential.js';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import { declaredAuthorization } from '../../broker/tools/declaredTool.js';
import type { ToolScopes } from '../../broker/tools/toolScopes.js';
import type { CallerSession } from '../callers/callerSession.js';
import type { ServerProfiles } from '../upstream/serverProfiles.js';
import type { ToolRules } from '../../broker/tools/toolRules.js';
import { displayText, inEnglish, type Translate } from '../../base/displayText.js';
import { toolIcon, type ToolStatus } from '../../mcp/toolIcons.js';

/** The account that the next call of a session acts as, and the scopes that it holds. */
interface Actor {
  readonly account: string | undefined;
  readonly held: readonly string[];
}

/** The summary of titles that are the server's own. */
const untitled = '';

/**
 * Puts the account into the titles of the tools that the editor lists, and an icon beside them, so that the user sees
 * which account a call uses, and whether it needs consent, before confirming it. Agents and other extensions get the
 * server's own titles and icons.
 */
export class ToolTitles {
  constructor(
    private readonly credentials: CredentialStore,
    private readonly toolScopes: ToolScopes,
    private readonly profiles: ServerProfiles,
    private readonly rules: ToolRules,
  ) {}

  async titled<Tool extends TitledTool>(
    session: CallerSession,
    tools: readonly Tool[],
  ): Promise<readonly Tool[]> {
    const actor = await this.#actor(session);
    session.toolsTitledAs = this.#summary(session, actor);
    if (!showsTitles(session)) return tools;
    return tools.map((tool) => {
      const toolActor = actor && this.#actorOf(session, tool, actor);
      const titled = toolActor === undefined ? tool : titledTool(tool, toolActor, session.t);
      return withIcon(titled, this.#status(session, tool, toolActor));
    });
  }

  /** @returns undefined for a tool of a server that needs no sign-in, which calls run on without a question */
  #status(
    session: CallerSession,
    { name }: TitledTool,
    actor: ToolActor | undefined,
  ): ToolStatus | undefined {
    const rule = typeof name === 'string' ? this.rules.ruleOf(session.server, name) : 'allow';
    if (rule === 'block') return 'blocked';
    // Without an account and without an upstream, the relay lists what it knows, and a call asks for the sign-in.
    const needsSignIn = actor === undefined && session.upstream === undefined;
    if (needsSignIn || actor?.lacksAccess === true) return 'needsConsent';
    if (rule === 'ask') return 'asks';
    return actor && 'signedIn';
  }

  /** @param response the response to `tools/list` as it would be handed on; returned unchanged if no title changes */
  async titledResponse(session: CallerSession, response: string): Promise<string> {
    if (!showsTitles(session)) return response;
    const message = JSON.parse(response) as { result?: { tools?: unknown } } | null;
    const tools = message?.result?.tools;
    if (!Array.isArray(tools)) return response;
    const listed = (tools as readonly unknown[]).filter((tool) => typeof tool === 'object' && tool !== null);
    const titled = await this.titled(session, listed);
    if (titled.every((tool, index) => tool === listed[index])) return response;
    return JSON.stringify({ ...message, result: { ...message?.result, tools: titled } });
  }

  /** Takes the titles of now as those that the caller has listed, or lists after an announcement that it gets anyway. */
  async noteTitles(session: CallerSession): Promise<void> {
    session.toolsTitledAs = this.#summary(session, await this.#actor(session));
  }

  /**
   * Whether the titles that a caller listed last name another account or other access than there is; true once for
   * each change, so that one announcement follows.
   */
  async areOutdated(session: CallerSession): Promise<boolean> {
    const listed = session.toolsTitledAs;
    if (listed === undefined) return false;
    const isSigningIn = session.upstream === undefined && session.running.size > 0;
    // The request that waits for the sign-in tells the caller on its own stream, where it lists again in time.
    if (isSigningIn && listed === untitled) return false;
    const now = this.#summary(session, await this.#actor(session));
    // Meanwhile another change can have been announced, or the caller can have listed again.
    if (now === listed || session.toolsTitledAs !== listed) return false;
    // Without a session, the list that follows comes in another one, and does not note its titles here.
    session.toolsTitledAs = session.isStateless ? now : undefined;
    return true;
  }

  /** @returns undefined if nobody is signed in or the caller gets the server's own titles */
  async #actor(session: CallerSession): Promise<Actor | undefined> {
    if (!showsTitles(session) || session.offeredSignIn) return undefined;
    const credential = await this.credentials.get(session.server.url, session.caller.account);
    return credential && { account: accountName(credential), held: credential.tokens.scopes };
  }

  #actorOf({ server }: CallerSession, tool: TitledTool, { account, held }: Actor): ToolActor {
    const learned = typeof tool.name === 'string' ? this.toolScopes.learned(server, tool.name) : undefined;
    const needed = learned ?? declaredAuthorization(tool)?.scopes ?? [];
    return {
      account,
      lacksAccess: needed.some((scope) => !held.includes(scope)),
    };
  }

  /** The same as long as all titles are: a refreshed token changes none, and a list is a request to the server. */
  #summary(session: CallerSession, actor: Actor | undefined): string {
    if (actor === undefined) return untitled;
    const lacking = this.profiles
      .declarations(session.server)
      .filter((tool) => this.#actorOf(session, tool, actor).lacksAccess)
      .map(({ name }) => name);
    return JSON.stringify([actor.account ?? null, lacking]);
  }
}

function showsTitles({ caller }: CallerSession): boolean {
  return caller.kind !== 'agent' && caller.kind !== 'extension';
}

/** A tool as a server lists it, as far as its title goes. */
export interface TitledTool {
  readonly name?: unknown;
  readonly title?: unknown;
  readonly annotations?: unknown;
  readonly icons?: unknown;
}

/** A server's own icon stays: the user knows the tool by it. */
function withIcon<Tool extends TitledTool>(tool: Tool, status: ToolStatus | undefined): Tool {
  const hasIcon = Array.isArray(tool.icons) && tool.icons.length > 0;
  return status === undefined || hasIcon ? tool : { ...tool, icons: [toolIcon(status)] };
}

/** What the title adds to the server's own. */
export interface ToolActor {
  /** The account that the next call acts as. */
  readonly account?: string | undefined;
  /** The sign-in lacks a scope that the tool is known to need. */
  readonly lacksAccess: boolean;
}

/** Longest title of the server's own and longest account, in graphemes: both fit in three lines of a narrow chat. */
const longestTitle = 60;
const longestAccount = 40;

/**
 * The tool with the account in its title: `Create a branch, as alice@example.org`. Clients show the title before the
 * user confirms a call, and models do not read it. The name, the description and everything else stay the server's.
 *
 * MCP 2025-06-18 prefers `title` to `annotations.title`; VS Code prefers the annotation (`mcpLanguageModelToolContribution.ts`),
 * so a tool that has both gets the account in both.
 */
export function titledTool<Tool extends TitledTool>(
  tool: Tool,
  actor: ToolActor,
  t: Translate = inEnglish,
): Tool {
  const { account, lacksAccess } = actor;
  if (account === undefined && !lacksAccess) return tool;
  const { annotations } = tool;
  const annotated = annotationTitle(annotations);
  const own = readable(tool.title) ?? readable(annotated) ?? readable(tool.name);
  if (own === undefined) return tool;
  const titled = { ...tool, title: titleWith(own, actor, t) };
  if (annotated === undefined || annotated === '') return titled;
  const title = titleWith(readable(annotated) ?? own, actor, t);
  return { ...titled, annotations: { ...(annotations as object), title } };
}

function titleWith(own: string, { account, lacksAccess }: ToolActor, t: Translate): string {
  const title = shortened(own, longestTitle);
  const named = readable(account);
  if (named === undefined) return lacksAccess ? t('{0} (needs more access)', title) : title;
  const shown = shortenedInside(named, longestAccount);
  return lacksAccess ? t('{0}, as {1} (needs more access)', title, shown) : t('{0}, as {1}', title, shown);
}

function annotationTitle(annotations: unknown): unknown {
  return typeof annotations === 'object' && annotations !== null && 'title' in annotations
    ? annotations.title
    : undefined;
}

/**
 * VS Code renders a title as Markdown: what a server wrote must not turn the account into a link's address, a comment
 * or struck-through text, or turn its direction by a character reference.
 */
function readable(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  return displayText(text.replace(/[[\]<>`*|\\~]+/g, ' ').replace(/&(?=#?\w+;)/g, '& '));
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function charactersOf(text: string): readonly string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

function shortened(text: string, length: number): string {
  const characters = charactersOf(text);
  return characters.length <= length
    ? text
    : `${characters
        .slice(0, length - 1)
        .join('')
        .trimEnd()}…`;
}

/** Addresses differ at both ends: of a long one, the middle is left out. */
function shortenedInside(text: string, length: number): string {
  const characters = charactersOf(text);
  if (characters.length <= length) return text;
  const end = Math.floor((length - 1) / 2);
  return `${characters.slice(0, length - 1 - end).join('')}…${characters.slice(-end).join('')}`;
}
