// The messages between the grid and an agent's program.

/**
 * Calls a tool for each message `{ id, tool, args }`. Responds with `{ id, text }`, the text that the agent
 * received, or with `{ id, error }` if it received none.
 *
 * @param {(tool: string, args: object) => Promise<string>} call calls the tool
 */
export function serve(call) {
  process.on('message', ({ id, tool, args }) => {
    call(tool, args).then(
      (text) => process.send({ id, text }),
      (error) => process.send({ id, error: String(error?.message ?? error) }),
    );
  });
  process.once('disconnect', () => process.exit());
  process.send({ ready: true });
}
