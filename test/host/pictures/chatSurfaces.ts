import { alice } from '../../demo/people.js';
import type { Surface } from './stage.js';

export const chatCards: Surface = {
  name: 'chat',
  async take(stage) {
    const { workbench, page, album, chatBar } = stage;
    const { chat } = workbench;
    const card = page.locator('.chat-confirmation-widget2').filter({ visible: true }).last();

    await chat.submit('create a branch called demo-branch');
    await chat.consentCard.text();
    await album.window(page, 'card-sign-in', chatBar);
    const link = /http:\/\/127\.0\.0\.1:\d+\/(?:proxy\/\d+\/)?sign-in\/[\w-]+/.exec(
      await card.innerText(),
    )?.[0];
    const popup = await workbench.pageOpenedBy(() => chat.consentCard.open());
    await stage.consent(popup);
    await album.page(popup, 'callback-page');
    if (link !== undefined) {
      await popup.goto(link).catch(() => undefined);
      await popup.getByText('no longer works').waitFor();
      await album.page(popup, 'used-link-page');
    }
    await popup.close();
    await page.bringToFront();
    await workbench.clearNotifications();

    await chat.approveTool('Create a branch');
    const asked = await chat.consentCard.text();
    if (!asked.includes('repo:write')) throw new Error(`the card names no added scope: ${asked}`);
    await album.window(page, 'card-step-up', chatBar);
    await album.window(page, 'call', card);
    const stepUp = await workbench.pageOpenedBy(() => chat.consentCard.open());
    await stage.consent(stepUp);
    await stepUp.close();
    await page.bringToFront();
    await chat.unfoldSteps();
    await chat.waitForAnswer(`create_branch as ${alice.email}`);
    await album.window(page, 'result', chatBar);
  },
};

export const chatRules: Surface = {
  name: 'chat-rules',
  async take(stage) {
    const { workbench, page, album, chatBar } = stage;
    const { chat } = workbench;
    await stage.signedIn('repositories');
    const rules = { repositories: { list_branches: 'ask', create_branch: 'block' } };
    await stage.settings.change({ 'mcpOAuthBroker.toolRules': rules });

    await chat.startAnew();
    await chat.submit('list my branches');
    const asks = 'list_branches on repositories';
    await chat.question(asks).waitFor();
    await album.window(page, 'asked-each-time', chatBar);
    await chat.answerQuestion(asks, 'Allow once');
    await chat.waitForAnswer('Done:');

    await chat.startAnew();
    await chat.submit('create a branch called blocked');
    // Once for each window is enough.
    const refused = chat.waitForAnswer('It did not work');
    const asked = chat.approveTool('Create a branch').catch(() => undefined);
    await Promise.race([refused, asked]);
    await refused;
    await album.window(page, 'refusal-by-rule', chatBar);

    await chat.startAnew();
    await chat.submit('write a summary of spring');
    await chat.consentCard.text();
    await chat.consentCard.cancel();
    await chat.waitForAnswer('It did not work');
    await album.window(page, 'refusal-declined', chatBar);
  },
};
