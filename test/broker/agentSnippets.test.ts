import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { agentPath } from '../../src/broker/agents/agentSettings.js';
import { agentSnippets, keyVariable, type AgentSnippet } from '../../src/broker/agents/agentSnippets.js';
import { agentKinds } from '../agents/agentKinds.js';

const snippetsOf = (name: string) => agentSnippets(name, `http://127.0.0.1:29417${agentPath(name)}`);

/** Returns the runtime value of every string literal in the code. */
function literalsOf({ code }: AgentSnippet): string[] {
  const { diagnostics = [] } = ts.transpileModule(code, {
    reportDiagnostics: true,
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ESNext },
  });
  assert.deepEqual(
    diagnostics.map(({ messageText }) => messageText),
    [],
  );
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('snippet.ts', code, ts.ScriptTarget.ESNext));
  return found;
}

describe('code to connect an agent', () => {
  const all = snippetsOf('repositories');
  const javaScript = all.filter(({ language }) => language === 'typescript');

  it('is identical in the README and in the editor', () => {
    const readme = readFileSync(path.join(__dirname, '..', '..', '..', 'README.md'), 'utf8');
    const shown = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
    assert.ok(shown.length > 0);
    for (const code of shown)
      assert.ok(
        javaScript.some((snippet) => snippet.code === code),
        code,
      );
  });

  it('in JavaScript is run by a real agent each', () => {
    assert.deepEqual(
      javaScript.map(({ label }) => label).sort(),
      agentKinds.map(({ snippet }) => snippet).sort(),
    );
  });

  it('in Python states that it was not run', () => {
    const python = all.filter(({ language }) => language === 'python');
    assert.equal(python.length, 3);
    for (const { code } of python) assert.match(code, /^# Not tested/);
  });

  it('reads the key from the environment or prompts for it, and contains no key', () => {
    for (const { code, language } of all) {
      assert.ok(code.includes(language === 'json' ? '"password": true' : keyVariable));
      assert.doesNotMatch(code, /mcpob_/);
    }
  });

  it('keeps the same address when the server is renamed', () => {
    const name = `it's "mine", \`\${here}\`\n#1`;
    const url = `http://127.0.0.1:29417${agentPath(name)}`;
    for (const snippet of snippetsOf(name)) {
      if (snippet.language === 'typescript') assert.ok(literalsOf(snippet).includes(url), snippet.code);
      if (snippet.language === 'python') assert.ok(snippet.code.includes(`"${url}"`));
      if (snippet.language === 'json') assert.deepEqual(namesIn(snippet), [name]);
    }
  });
});

function namesIn({ code }: AgentSnippet): string[] {
  return Object.keys((JSON.parse(code) as { servers: object }).servers);
}
