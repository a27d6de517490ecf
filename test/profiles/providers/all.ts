import type { ProviderDescription } from '../providerDescription.js';
import { atlassian } from './atlassian.js';
import { auth0 } from './auth0.js';
import { cognito } from './cognito.js';
import { entraId, entraIdForAll } from './entraId.js';
import { gitHub, gitHubApp, gitHubInForms } from './gitHub.js';
import { google } from './google.js';
import { keycloak } from './keycloak.js';
import { linear } from './linear.js';
import { notion } from './notion.js';
import { okta } from './okta.js';
import { oneLogin } from './oneLogin.js';
import { pingOne } from './pingOne.js';
import { slack, slackWithBot } from './slack.js';

export const providers: readonly ProviderDescription[] = [
  ...[entraId, entraIdForAll, okta, auth0, oneLogin, google],
  ...[gitHub, gitHubApp, gitHubInForms],
  ...[keycloak, pingOne, cognito, atlassian, slack, slackWithBot, notion, linear],
];
