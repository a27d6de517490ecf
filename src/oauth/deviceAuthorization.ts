import {
  deviceAccessDenied,
  deviceCodeExpired,
  deviceFlowNotOffered,
  invalidDeviceResponse,
  noDeviceCode,
} from './flowErrors.js';
import { defined } from '../base/defined.js';
import * as oauth from 'oauth4webapi';
import { clientAuthentication, libraryClient, libraryRequest } from './clientAuthentication.js';
import { requestedAccess, requestTokens, type DirectGrant } from './directGrants.js';
import type { HttpContext } from './httpContext.js';
import { errorAnswer, jsonResponse } from './jsonResponse.js';
import { isWithinReach } from './networkReach.js';
import { OAuthFlowError } from './oauthFlowError.js';
import { Redacted } from '../base/redacted.js';
import { addressOf, isSecureAddress, displayText } from '../base/displayText.js';
import type { TokenSet } from './tokenSet.js';

/** The grant type, as a registration names it too (RFC 8628 §3.4). */
export const deviceCodeGrantType = 'urn:ietf:params:oauth:grant-type:device_code';

/** What a user needs to sign in on any device, and what we need to hear of it. */
export interface DeviceAuthorization {
  readonly grant: DirectGrant;
  readonly deviceCode: Redacted;
  /** What the user types, or compares, at the address. */
  readonly userCode: string;
  readonly verificationUri: URL;
  /** The same with the code in it, for a device that can open addresses. */
  readonly verificationUriComplete?: URL;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Milliseconds between two questions. */
  readonly interval: number;
}

/** Seconds: RFC 8628 §3.2 for a server that names no interval, and what §3.5 adds for one that is asked too often. */
const defaultInterval = 5;
const slowDown = 5;
/** Limits in seconds: the interval between requests is never shorter, and never longer, whatever the server returns. */
const bounds = { interval: [1, 60], lifetime: [1, 3600] } as const;

/**
 * Begins a sign-in that the user finishes in any browser.
 * @param now milliseconds since the epoch
 * @throws OAuthFlowError `deviceFlowNotOffered`, `authorizationRefused`, `invalidTokenResponse`, and what a
 * request can throw
 * @see RFC 8628 §3.1
 */
export async function requestDeviceAuthorization(
  grant: DirectGrant,
  http: HttpContext,
  now: () => number,
): Promise<DeviceAuthorization> {
  const { as } = grant;
  const endpoint = as.device_authorization_endpoint;
  if (endpoint === undefined) {
    throw deviceFlowNotOffered(as.issuer);
  }
  const askedAt = now();
  const answer = await oauth.deviceAuthorizationRequest(
    as,
    libraryClient(grant.client),
    clientAuthentication(grant.client),
    requestedAccess(grant),
    libraryRequest(http),
  );
  const said = await errorAnswer(answer, [grant.client.clientSecret]);
  if (said !== undefined || answer.status !== 200) {
    throw noDeviceCode(endpoint, answer.status, said);
  }
  const body = await jsonResponse(answer, endpoint);
  const invalid = (field: string) => invalidDeviceResponse(endpoint, field);
  const { device_code: deviceCode, user_code: code } = body;
  const userCode = displayText(code);
  const complete = pageAddress(body['verification_uri_complete'], http);
  // Google's name for it is older than the standard's.
  const page = pageAddress(body['verification_uri'] ?? body['verification_url'], http);
  if (typeof deviceCode !== 'string' || deviceCode === '') throw invalid('device_code');
  if (userCode === undefined || userCode !== code) throw invalid('user_code');
  if (page === undefined) throw invalid('verification_uri');
  const lifetime = Number(body['expires_in']);
  if (!(lifetime > 0)) throw invalid('expires_in');
  const interval = body['interval'] === undefined ? defaultInterval : Number(body['interval']);
  return defined({
    grant,
    deviceCode: new Redacted(deviceCode),
    userCode,
    verificationUri: page,
    verificationUriComplete: complete,
    expiresAt: askedAt + within(lifetime, bounds.lifetime) * 1000,
    interval: within(interval, bounds.interval) * 1000,
  });
}

/**
 * Asks until the user has answered.
 * @param wait resolves after so many milliseconds; rejects with the reason of the caller's cancel
 * @param now milliseconds since the epoch
 * @throws OAuthFlowError `accessDenied` for the user's no, `deviceCodeExpired`, and what
 * {@link requestTokens} throws; a server that cannot be reached for a moment is asked again
 * @see RFC 8628 §3.4, §3.5
 */
export async function awaitDeviceTokens(
  device: DeviceAuthorization,
  http: HttpContext,
  wait: (milliseconds: number) => Promise<void>,
  now: () => number,
): Promise<TokenSet> {
  const { grant, deviceCode } = device;
  let { interval } = device;
  for (;;) {
    await wait(interval);
    if (now() >= device.expiresAt) throw deviceCodeExpired(device.grant.as.issuer);
    try {
      // The access was asked for with the code; a resource is named again (RFC 8707 §2.2).
      const { scope, ...access } = requestedAccess(grant);
      const parameters = { ...access, device_code: deviceCode.expose() };
      return await requestTokens(grant, deviceCodeGrantType, parameters, [deviceCode], http, now);
    } catch (error) {
      interval = nextInterval(error, interval, device);
    }
  }
}

/** How long to wait after a failure that is none for good; the failure otherwise. */
function nextInterval(error: unknown, interval: number, device: DeviceAuthorization): number {
  if (!(error instanceof OAuthFlowError)) throw error;
  // RFC 8628 §3.5: a connection that fails is a reason to ask less often, not to stop.
  if (error.code === 'unreachable' || error.code === 'timedOut') return interval * 2;
  if (error.code !== 'tokenRequestRefused') throw error;
  switch (error.details.oauthError) {
    case 'authorization_pending':
      return interval;
    case 'slow_down':
      return interval + slowDown * 1000;
    case 'access_denied':
      throw deviceAccessDenied(device.grant.as.issuer);
    case 'expired_token':
      throw deviceCodeExpired(device.grant.as.issuer);
    default:
      throw error;
  }
}

/** A page the user may be sent to, with the same bounds as an authorization endpoint. */
function pageAddress(value: unknown, { reach }: HttpContext): URL | undefined {
  const address = addressOf(value);
  if (address === undefined || !isSecureAddress(address)) return undefined;
  return isWithinReach(address, reach) ? address : undefined;
}

function within(value: number, [least, most]: readonly [number, number]): number {
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : most;
}
