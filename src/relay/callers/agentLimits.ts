import type { ServerResponse } from 'node:http';
import { ErrorCode, type JSONRPCRequest, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { AgentLimitSettings } from '../../broker/agents/agentSettings.js';
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../mcp/relayMessages.js';
import { listenMethod } from '../../mcp/statelessRevision.js';
import type { CallerLimits } from './callerAdmission.js';
import { sendJson } from './callerHttp.js';

/** Most streams that an agent may keep open besides its requests; each belongs to a session of its own. */
const mostStreams = 64;
/** How many requests may arrive at once after a pause, as a share of a minute's. */
const burst = 1 / 6;
/** When to try again if a place has to become free, in seconds. */
const placeSoon = 1;

interface Bucket {
  left: number;
  at: number;
  running: number;
  streams: number;
}

/** Keeps one agent from starving the chat and the other agents: a bucket of requests and a number of places. */
export class AgentLimits {
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    private readonly settings: () => AgentLimitSettings,
    private readonly clock: Clock,
  ) {}

  /** @returns seconds until the agent may send again; undefined if it may send now */
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

  /** @returns what to call when the stream has ended; undefined if there are too many */
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

/** Gives a request its place until it has its response, or refuses it; a subscription takes the place of a stream. */
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

/** @param seconds until it is worth trying again (RFC 9110 §10.2.3) */
export function refuseForNow(response: ServerResponse, seconds: number, id?: RequestId): void {
  const text = `This agent has reached its request limit. Try again in ${seconds} s.`;
  const headers = { 'Retry-After': String(seconds) };
  sendJson(response, 429, errorMessage(id, ErrorCode.InvalidRequest, text), headers);
}
