import assert from 'node:assert/strict';
import {
  Notifications,
  withoutLinks,
  type NotificationWindow,
} from '../../src/editor/adapters/notifications.js';

/** Texts that the editor renders as links in notifications, input boxes and progress. */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)/i;
const hostile =
  'Denied. [Sign in again](command:workbench.action.terminal.sendSequence?%5B%5D) [x](https://e.example)';

describe('a text for the user', () => {
  it('has no active link, whatever its source and place', async () => {
    assert.match(hostile, link);
    const shown: string[] = [];
    const show = (message: string, ...more: unknown[]) => {
      shown.push(message);
      const [options] = more;
      if (typeof options === 'object') shown.push((options as { detail: string }).detail);
      return Promise.resolve(undefined);
    };
    const notifications = new Notifications({
      showInformationMessage: show,
      showWarningMessage: show,
      showErrorMessage: show,
      showInputBox: async ({
        prompt,
        validateInput,
      }: {
        prompt: string;
        validateInput: (text: string) => unknown;
      }) => {
        shown.push(prompt, (await validateInput('')) as string);
        return undefined;
      },
      withProgress: (
        { title }: { title: string },
        work: (progress: { report: (value: { message: string }) => void }) => Promise<void>,
      ) => {
        shown.push(title);
        return work({ report: ({ message }) => void shown.push(message) });
      },
    } as unknown as NotificationWindow);

    await notifications.information(hostile);
    await notifications.warning(hostile);
    await notifications.error(hostile);
    await notifications.modal(hostile, hostile, 'OK');
    await notifications.input({ prompt: hostile, validateInput: () => hostile });
    await notifications.progress(hostile, (say) => {
      say(hostile);
      return Promise.resolve();
    });

    assert.equal(shown.length, 9);
    for (const text of shown) assert.doesNotMatch(text, link);
  });

  it('is shown in full: the editor truncates a long text without a button', async () => {
    const shown: (readonly string[])[] = [];
    const show = (_message: string, ...buttons: string[]) => {
      shown.push(buttons);
      return Promise.resolve(buttons[0]);
    };
    const window = { showWarningMessage: show } as unknown as NotificationWindow;
    const notifications = new Notifications(window);
    assert.equal(await notifications.warning('Short enough to be read in one line.'), undefined);
    assert.equal(await notifications.warning('x'.repeat(61)), undefined);
    assert.equal(await notifications.warning('x'.repeat(61), 'Retry'), 'Retry');
    assert.deepEqual(shown, [[], ['OK'], ['Retry']]);
  });

  it('differs from the original only by a space', () => {
    assert.equal(withoutLinks('[a](command:b) and [c] (d)'), '[a] (command:b) and [c] (d)');
  });
});
