// An agent of Google's ADK with a scripted model, which calls the requested tool and reports its result.
import { BaseLlm, InMemoryRunner, LogLevel, setLogLevel } from '@google/adk';
import { agent } from './connect.mts';
import { serve } from './serve.mjs';

setLogLevel(LogLevel.ERROR + 1);

class ScriptedModel extends BaseLlm {
  async *generateContentAsync({ contents }) {
    const parts = contents.at(-1).parts;
    const answered = parts.find(({ functionResponse }) => functionResponse !== undefined);
    const [said] = parts;
    const part = answered
      ? { text: JSON.stringify(answered.functionResponse.response) }
      : { functionCall: JSON.parse(said.text) };
    yield { content: { role: 'model', parts: [part] } };
  }

  connect() {
    return Promise.reject(new Error('no live connections'));
  }
}

agent.model = new ScriptedModel({ model: 'scripted' });
const runner = new InMemoryRunner({ agent });

serve(async (tool, args) => {
  const newMessage = { role: 'user', parts: [{ text: JSON.stringify({ name: tool, args }) }] };
  let told = '';
  for await (const { content, errorMessage } of runner.runEphemeral({ userId: 'grid', newMessage })) {
    if (errorMessage !== undefined) throw new Error(errorMessage);
    told = content?.parts?.find(({ text }) => text !== undefined)?.text ?? told;
  }
  return told;
});
