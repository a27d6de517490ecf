/** Frees the connection of an answer whose body nobody will read, even where it broke off on the way. */
export async function discardBody(answer: Response): Promise<void> {
  await answer.body?.cancel().catch(() => undefined);
}
