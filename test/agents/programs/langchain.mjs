// LangChain's adapters, whose tools are called as its agents call them.
import { client } from './connect.mts';
import { serve } from './serve.mjs';

const toolNamed = async (name) => (await client.getTools()).find((candidate) => candidate.name === name);

serve(async (name, args) => {
  let tool = await toolNamed(name);
  if (tool === undefined) {
    // The adapters cache the list, as the snippet notes.
    await client.close();
    tool = await toolNamed(name);
  }
  if (tool === undefined) throw new Error(`no tool ${name} is listed`);
  try {
    return JSON.stringify(await tool.invoke({ type: 'tool_call', id: 'call', name, args }));
  } catch (error) {
    // The adapters throw this error for `isError`. An agent passes the text to its model.
    if (error?.name === 'ToolException') return error.message;
    throw error;
  }
});
