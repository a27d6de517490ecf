import type { ServerResponse } from 'node:http';
import { ErrorCode, type JSONRPCRequest, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { AgentLimitSettings } from '../../broker/agents/agentSettings.js';
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../mcp/relayMessages.js';
import { listenMethod } from '../../mcp/statelessRevision.js';
import type { CallerLimits } from './callerAdmission.js';
import { sendJson } from './callerHttp.js';

/**
 * The most streams that an agent may keep open in addition to its requests; each belongs to a separate
 * session.
 */
const mostStreams = 64;
/**
 * The number of requests that may arrive at once after a pause, as a fraction of those allowed in a minute.
 */
const burst = 1 / 6;
/** The time after which to try again if too many requests are running, in seconds. */
const placeSoon = 1;

interface Bucket {
  left: number;
  at: number;
  running: number;
  streams: number;
}

/**
 * Prevents one agent from blocking the chat and the other agents. It limits the rate of requests (as a token
 * bucket) and the number of concurrent ones.
 */
export class AgentLimits {
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    private readonly settings: () => AgentLimitSettings,
    private readonly clock: Clock,
  ) {}

  /** @returns the seconds until the agent may send again; undefined if it may send now */
  take(agentId: string): number | undefined {
    const perMillisecond = this.settings().requestsPerMinute / 60_000;
    const most = Math.max(1, this.settings().requestsPerMinute * burst);
    const now = this.clock.now();
    const bucket = this.#bucket(agentId, most, now);
    bucket.left = Math.min(most, bucket.left + (now - bucket.at) * perMillisecond);
    bucket.at = now;
    if (bucket.left < 1) return Math.ceil((1 - bucket.left) / perMillisecond / 1000);
    bucket.left -= 1;
    return undefined;
  }

  /** @returns a function to call when the stream has ended; undefined if too many are open */
  beginStream(agentId: string): (() => void) | undefined {
    const bucket = this.#bucket(agentId, 1, this.clock.now());
    if (bucket.streams >= mostStreams) return undefined;
    bucket.streams++;
    return () => bucket.streams--;
  }

  of(agentId: string): CallerLimits {
    return {
      beginStream: () => this.beginStream(agentId),
      begin: () => {
        const bucket = this.#bucket(agentId, 1, this.clock.now());
        if (bucket.running >= this.settings().concurrentRequests) return undefined;
        bucket.running++;
        return () => bucket.running--;
      },
    };
  }

  #bucket(agentId: string, most: number, now: number): Bucket {
    const bucket = this.#buckets.get(agentId) ?? { left: most, at: now, running: 0, streams: 0 };
    this.#buckets.set(agentId, bucket);
    return bucket;
  }
}

/**
 * Reserves a place for a request until it has its response, or refuses it; a subscription counts as a stream.
 */
export function hasPlace(
  limits: CallerLimits,
  { id, method }: JSONRPCRequest,
  response: ServerResponse,
): boolean {
  const leave = method === listenMethod ? limits.beginStream() : limits.begin();
  if (leave === undefined) {
    refuseForNow(response, placeSoon, id);
    return false;
  }
  response.once('close', leave);
  return true;
}

/** @param seconds the time after which to try again (RFC 9110 §10.2.3) */
export function refuseForNow(response: ServerResponse, seconds: number, id?: RequestId): void {
  const text = `This agent has reached its request limit. Try again in ${seconds} s.`;
  const headers = { 'Retry-After': String(seconds) };
  sendJson(response, 429, errorMessage(id, ErrorCode.InvalidRequest, text), headers);
}
