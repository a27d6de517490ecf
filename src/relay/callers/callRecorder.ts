import { randomUUID } from 'node:crypto';
import type { JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import type { ConsentNeed } from '../../broker/fetch/authorizedFetch.js';
import { accountFact, type Credential } from '../../broker/accounts/credential.js';
import type { Clock, Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import { chatOf } from '../../mcp/clientMessage.js';
import { asksForInput } from '../../mcp/statelessRevision.js';
import type { Caller } from './callerAdmission.js';
import type { ServerResponse } from 'node:http';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import {
  recordedAddress,
  recordedName,
  withTexts,
  recordedArguments,
  withoutSecretShapes,
  type CallConsent,
  type CallEnding,
  type RecordedCall,
} from '../../broker/calls/callRecord.js';
import { errorName } from '../../base/errorName.js';
import { withoutSecrets, type Redacted } from '../../base/redacted.js';

/** The most scopes of one call that are stored, which limits the length of a record. */
const mostScopes = 50;

/** A tool call that has not ended, with the data for its record. */
export class OpenCall {
  readonly #at: number;
  #client: string | undefined;
  #sentWith: Credential | undefined;
  #consent: 'signInAsked' | 'stepUpAsked' | undefined;
  #asked: readonly string[] = [];
  #waited = 0;
  #ending: CallEnding | undefined;
  /** All sign-ins with which the call was sent, because the record must not contain their tokens. */
  readonly credentials = new Set<Credential>();

  constructor(
    private readonly server: ServerConfig,
    private readonly caller: Caller,
    readonly request: JSONRPCRequest,
    private readonly clock: Clock,
  ) {
    this.#at = clock.now();
  }

  /** @param name the name of the client in the caller's session, if there is one */
  calledBy(name: string | undefined): void {
    this.#client = name;
  }

  /** @param credential the sign-in with which the call is sent; undefined without one */
  sentWith(credential: Credential | undefined): void {
    this.#sentWith = credential;
    if (credential !== undefined) this.credentials.add(credential);
  }

  /** Records that the call waits for the user until the returned object is disposed of. */
  waitFor(need: ConsentNeed): Disposable {
    this.#consent = need.kind === 'stepUp' ? 'stepUpAsked' : 'signInAsked';
    this.#asked = need.kind === 'stepUp' ? need.missing : (need.challenge?.scopes ?? []);
    const since = this.clock.now();
    let isWaiting = true;
    return {
      dispose: () => {
        if (isWaiting) this.#waited += this.clock.now() - since;
        isWaiting = false;
      },
    };
  }

  /** Sets how the call ended; only the first report counts. */
  end(ending: CallEnding): void {
    this.#ending ??= ending;
  }

  /** Returns the record of the call, after its response was sent or its caller disconnected. */
  record(): RecordedCall {
    const sentWith = this.#sentWith;
    const chat = this.caller.kind === 'editor' ? chatOf(this.request) : undefined;
    const asked = this.#asked.slice(0, mostScopes);
    return {
      id: randomUUID(),
      at: this.#at,
      caller: { kind: this.caller.kind, name: this.#client ?? this.caller.name },
      ...(chat !== undefined && { chat }),
      server: this.server.name,
      serverUrl: recordedAddress(this.server.url),
      tool: recordedName(this.request.params?.['name']),
      ...(sentWith !== undefined && accountFact(sentWith)),
      scopes: (sentWith?.tokens.scopes ?? []).slice(0, mostScopes),
      consent: this.#consent ?? this.#unasked(),
      ...(asked.length > 0 && { asked }),
      ...(this.#ending ?? { outcome: 'cancelled' }),
      milliseconds: Math.max(0, Math.round(this.clock.now() - this.#at)),
      waited: Math.round(this.#waited),
    };
  }

  #unasked(): CallConsent {
    return this.#sentWith === undefined ? 'none' : 'used';
  }
}

/** @param message the response to a call as the server sent it */
export function endingOf(message: unknown): CallEnding {
  const { result } = (message ?? {}) as { result?: { isError?: unknown } | null };
  if (typeof result !== 'object' || result === null) return { outcome: 'failed' };
  if (asksForInput(result)) return { outcome: 'inputRequired' };
  return { outcome: result.isError === true ? 'toolError' : 'succeeded' };
}

/** The storage of the records. */
interface RecordedCalls {
  add(call: RecordedCall): Promise<void>;
}

/** The storage and the settings for the recording of tool calls. */
export interface CallRecording {
  readonly ledger: RecordedCalls;
  /** Returns whether the user turned on the recording of arguments. */
  readonly recordsArguments: () => boolean;
}

export interface CallRecorderParts {
  readonly recording: CallRecording;
  readonly servers: () => readonly ServerConfig[];
  readonly credentials: CredentialStore;
  /** The keys of callers, by caller ID. */
  readonly keys: ReadonlyMap<string, Redacted>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Records each tool call that reaches the relay once, when it has ended in any way. */
export class CallRecorder {
  constructor(private readonly parts: CallRecorderParts) {}

  /**
   * @param response the response of the call; when it ends, the call ends
   * @returns undefined if the request is not a tool call
   */
  begin(
    server: ServerConfig,
    caller: Caller,
    request: JSONRPCRequest,
    response: ServerResponse,
  ): OpenCall | undefined {
    if (request.method !== 'tools/call') return undefined;
    const call = new OpenCall(server, caller, request, this.parts.clock);
    response.once('close', () => {
      if (!response.writableFinished) call.end({ outcome: 'cancelled' });
      void this.#write(call, call.record());
    });
    return call;
  }

  async #write(call: OpenCall, record: RecordedCall): Promise<void> {
    const { recording, log } = this.parts;
    try {
      const secrets = await this.#secrets(call);
      const without = (text: string) => withoutSecrets(text, secrets);
      const given = call.request.params?.['arguments'];
      const withArguments = recording.recordsArguments() && given !== undefined;
      // Any text may contain a token: the tool's name comes from the caller, and the account from a server.
      await recording.ledger.add({
        ...withTexts(record, (text) => withoutSecretShapes(without(text))),
        ...(withArguments && { arguments: recordedArguments(given, without) }),
      });
    } catch (error) {
      log.warn(`A tool call could not be recorded (${errorName(error)}).`);
    }
  }

  /** Returns every token and key that a caller could have obtained. */
  async #secrets(call: OpenCall): Promise<readonly (Redacted | undefined)[]> {
    const { servers, credentials, keys } = this.parts;
    const stored = await Promise.all(servers().map(({ url }) => credentials.get(url).catch(() => undefined)));
    const tokens = [...call.credentials, ...stored].flatMap((credential) =>
      credential === undefined ? [] : [credential.tokens.accessToken, credential.tokens.refreshToken],
    );
    return [...tokens, ...keys.values()];
  }
}
