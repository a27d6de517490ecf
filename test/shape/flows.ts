import assert from 'node:assert/strict';
import { startAgentScene } from '../relay/agentScene.js';
import { callTool, startRelayWorld } from '../relay/relayWorld.js';
import { enteredFiles } from './enteredFiles.js';

/** Runs the flows that a maintainer follows most, and lists the files that each enters. */
export async function flowFigures(out: string): Promise<readonly (readonly [string, readonly string[]])[]> {
  return [
    ['(a) a sign-in, from begin() to the stored token', await signIn(out)],
    ['(b) a relayed tool call with all scopes held', await relayedCall(out)],
    ['(b2) a call, its card, consent, the call again', await callWithConsent(out)],
    ['(c) a call by an agent', await agentCall(out)],
  ];
}

async function signIn(out: string): Promise<readonly string[]> {
  const stage = await startRelayWorld();
  try {
    return await enteredFiles(out, () => stage.signIn('repositories'));
  } finally {
    await stage.close();
  }
}

async function relayedCall(out: string): Promise<readonly string[]> {
  const stage = await startRelayWorld();
  try {
    await stage.signIn('repositories');
    const client = await stage.connect('repositories');
    await client.listTools();
    return await enteredFiles(out, async () => {
      assert.equal((await callTool(client, 'list_branches')).isError, false);
    });
  } finally {
    await stage.close();
  }
}

async function callWithConsent(out: string): Promise<readonly string[]> {
  const stage = await startRelayWorld();
  try {
    await stage.signIn('repositories');
    const client = await stage.connect('repositories');
    await client.listTools();
    return await enteredFiles(out, async () => {
      assert.equal((await callTool(client, 'create_branch', { name: 'x' })).isError, false);
      assert.equal(stage.cards.length, 1);
    });
  } finally {
    await stage.close();
  }
}

async function agentCall(out: string): Promise<readonly string[]> {
  const scene = await startAgentScene();
  try {
    await scene.stage.signIn('repositories');
    const agent = (await scene.admit({ repositories: {} })).raw('repositories');
    await agent.initialize();
    return await enteredFiles(out, async () => {
      await (await agent.callTool('list_branches')).whole();
    });
  } finally {
    await scene.stage.close();
  }
}
