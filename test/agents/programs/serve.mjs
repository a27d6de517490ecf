// What an agent's program is told by the grid, and what it answers.

/**
 * Calls a tool for each message `{ id, tool, args }` and answers `{ id, text }`, what the agent was told in place of or as
 * the result, or `{ id, error }` where it was told nothing.
 *
 * @param {(tool: string, args: object) => Promise<string>} call
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
