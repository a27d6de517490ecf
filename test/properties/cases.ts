/** How many cases each family of properties runs through; each test says its part. */
export const cases = {
  challengeRoundTrip: 25_000,
  challengeOfAnything: 15_000,
  challengeAsTheLibrary: 3_000,
  protectedResource: 10_000,
  authorizationServer: 5_000,
  callbackOfAnything: 15_000,
  callbackOfAnHonestServer: 4_000,
  tokenExchange: 6_000,
  tokenRefresh: 5_000,
  scopeValues: 6_000,
  scopeSelection: 3_000,
  scopeStepUp: 3_000,
  linkOfAnything: 5_000,
  linkRoundTrip: 3_000,
  registryPage: 3_000,
} as const;
