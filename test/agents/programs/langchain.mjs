// LangChain's adapters, whose tools are called as its agents call them.
import { client } from './connect.mts';
import { serve } from './serve.mjs';

const toolNamed = async (name) => (await client.getTools()).find((candidate) => candidate.name === name);

serve(async (name, args) => {
  let tool = await toolNamed(name);
  if (tool === undefined) {
    // The adapters keep what they listed, as the snippet says.
    await client.close();
    tool = await toolNamed(name);
  }
  if (tool === undefined) throw new Error(`no tool ${name} is listed`);
  try {
    return JSON.stringify(await tool.invoke({ type: 'tool_call', id: 'call', name, args }));
  } catch (error) {
    // How the adapters say `isError`; an agent gives the words to its model.
    if (error?.name === 'ToolException') return error.message;
    throw error;
  }
});
