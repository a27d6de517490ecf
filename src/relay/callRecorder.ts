import type { ServerResponse } from 'node:http';
import type { JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import type { CallLedger } from '../broker/calls/callLedger.js';
import { withTexts, type RecordedCall } from '../broker/calls/callRecord.js';
import type { CredentialStore } from '../broker/accounts/credentialStore.js';
import type { Clock, Log } from '../broker/ports.js';
import { recordedArguments, withoutSecretShapes } from '../broker/calls/recordedArguments.js';
import { errorName } from '../broker/errorName.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import { withoutSecrets, type Redacted } from '../oauth/redacted.js';
import type { Caller } from './callerAdmission.js';
import { OpenCall } from './openCall.js';

/** Where tool calls are written down. */
export interface CallRecording {
  readonly ledger: Pick<CallLedger, 'add'>;
  /** Whether the person turned arguments on. */
  readonly recordsArguments: () => boolean;
}

export interface CallRecorderParts {
  readonly recording: CallRecording;
  readonly servers: () => readonly ServerConfig[];
  readonly credentials: Pick<CredentialStore, 'get'>;
  /** The keys callers are admitted with. */
  readonly keys: () => Iterable<Redacted>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Writes down every tool call that comes to the relay: once, when it has ended, whatever way that was. */
export class CallRecorder {
  constructor(private readonly parts: CallRecorderParts) {}

  /**
   * @param response of the call: its end is the call's
   * @returns undefined for what is no tool call
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
      // Any text may repeat a token: the tool's name is the caller's, the account's a server's.
      await recording.ledger.add({
        ...withTexts(record, (text) => withoutSecretShapes(without(text))),
        ...(withArguments && { arguments: recordedArguments(given, without) }),
      });
    } catch (error) {
      log.warn(`A tool call could not be recorded (${errorName(error)}).`);
    }
  }

  /** All that the broker holds and that a caller could have got hold of. */
  async #secrets(call: OpenCall): Promise<readonly (Redacted | undefined)[]> {
    const { servers, credentials, keys } = this.parts;
    const stored = await Promise.all(servers().map(({ url }) => credentials.get(url).catch(() => undefined)));
    const held = [...call.credentials, ...stored].flatMap((credential) =>
      credential === undefined ? [] : [credential.tokens.accessToken, credential.tokens.refreshToken],
    );
    return [...held, ...keys()];
  }
}
