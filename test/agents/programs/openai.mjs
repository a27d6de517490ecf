// An agent of the OpenAI Agents SDK with a scripted model, which calls the requested tool and reports its
// result.
import { Runner, setTracingDisabled, Usage } from '@openai/agents';
import { agent } from './connect.mts';
import { serve } from './serve.mjs';

setTracingDisabled(true);

const scriptedModel = {
  getResponse({ input }) {
    const last = typeof input === 'string' ? { content: input } : input.at(-1);
    const output =
      last.type === 'function_call_result'
        ? {
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: JSON.stringify(last.output) }],
          }
        : { type: 'function_call', callId: 'call', status: 'completed', ...JSON.parse(last.content) };
    return Promise.resolve({ usage: new Usage(), output: [output] });
  },
  getStreamedResponse() {
    throw new Error('no streams');
  },
};

const runner = new Runner({ modelProvider: { getModel: () => scriptedModel } });

serve(async (tool, args) => {
  const said = JSON.stringify({ name: tool, arguments: JSON.stringify(args) });
  return (await runner.run(agent, said)).finalOutput;
});
