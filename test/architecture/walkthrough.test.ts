import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

interface Step {
  readonly id: string;
  readonly description: string;
  readonly media: { readonly image: Readonly<Record<string, string>>; readonly altText: string };
  readonly completionEvents: readonly string[];
}
interface Contributions {
  readonly walkthroughs: readonly { readonly id: string; readonly steps: readonly Step[] }[];
  readonly commands: readonly { readonly command: string }[];
  readonly viewsWelcome: readonly { readonly contents: string }[];
}

const root = path.resolve(__dirname, '..', '..', '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

describe('the walkthrough', () => {
  const { publisher, name, contributes } = JSON.parse(read('package.json')) as {
    publisher: string;
    name: string;
    contributes: Contributions;
  };
  const words = JSON.parse(read('package.nls.json')) as Record<string, string>;
  const said = (text: string) => words[text.slice(1, -1)] ?? text;
  const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);

  it('has a picture in each kind of theme for every step, with an alternative text', () => {
    assert.equal(steps.length, 3);
    for (const { id, media } of steps) {
      assert.deepEqual(Object.keys(media.image).sort(), ['dark', 'hc', 'hcLight', 'light'], id);
      for (const file of Object.values(media.image)) {
        const { size } = statSync(path.join(root, file));
        assert.ok(size > 1_000 && size < 100_000, `${file}: ${size} bytes`);
      }
      assert.ok(said(media.altText).length > 20, id);
    }
  });

  it('has steps that a user can complete from there, each with a completion event', () => {
    const own = contributes.commands.map(({ command }) => command);
    for (const { id, description, completionEvents } of steps) {
      const command = /\(command:([\w.]+)\)/.exec(said(description))?.[1] ?? '';
      assert.ok(own.includes(command) || command.startsWith('workbench.'), `${id}: ${command}`);
      assert.ok(completionEvents.length > 0, id);
    }
  });

  it('is offered if no server is configured', () => {
    const [walkthrough] = contributes.walkthroughs;
    const address = encodeURIComponent(JSON.stringify(`${publisher}.${name}#${walkthrough?.id ?? ''}`));
    const contents = contributes.viewsWelcome.map((view) => said(view.contents)).join();
    assert.ok(contents.includes(`(command:workbench.action.openWalkthrough?${address})`), address);
  });
});
