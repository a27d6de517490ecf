import { parseArgs, type ParseArgsConfig } from 'node:util';
import {
  commandName,
  commandNames,
  definitionOf,
  definitions,
  everywhere,
  usageOf,
  type CommandName,
  type OptionName,
  type Options,
} from './commandOptions.js';

export { commandName, usage, type Options } from './commandOptions.js';

/** The arguments are wrong; the message explains how. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(
    message: string,
    /** What could have been typed instead. */
    readonly hint = `“${commandName} --help” lists the commands and options.`,
  ) {
    super(message);
  }
}

/** What the command has to do, and for which server or agent. */
export interface CommandLine {
  readonly command: CommandName;
  /** The server or the agent, if the command takes one. */
  readonly subject: string;
  readonly options: Options;
}

/** @throws UsageError */
export function parseCommandLine(args: readonly string[]): CommandLine | 'help' {
  const options = definitions as NonNullable<ParseArgsConfig['options']>;
  // Errors are found below, which can suggest the intended option.
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const [name = '', ...rest] = positionals;
  if (values['help'] === true || name === 'help') return 'help';
  const command = commandNames.find((known) => known === name);
  for (const token of tokens) if (token.kind === 'option') judge(token, command);
  if (name === '') throw new UsageError(`Specify a command: ${commandNames.join(', ')}.`);
  if (command === undefined) {
    const meant = nearestName(name, commandNames);
    throw new UsageError(
      `Unknown command “${name}”.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
      meant && usageOf(meant),
    );
  }
  const definition = definitionOf(command);
  const stray = (Object.keys(values) as OptionName[]).find(
    (option) => !everywhere.includes(option) && !definition.options.includes(option),
  );
  if (stray !== undefined)
    throw new UsageError(`${name} does not support the option --${stray}.`, usageOf(command));
  const [subject, ...more] = rest;
  if (definition.subject !== undefined && subject === undefined)
    throw new UsageError(`${name} requires ${definition.subject}.`, usageOf(command));
  const surplus = definition.subject === undefined ? subject : more[0];
  if (surplus !== undefined) throw new UsageError(`${name} does not accept “${surplus}”.`, usageOf(command));
  return { command, subject: subject ?? '', options: { ...(values as Options) } };
}

interface TypedOption {
  readonly name: string;
  /** As it was typed, with its dashes. */
  readonly rawName: string;
  readonly value: string | undefined;
  /** Whether the value was typed after a `=`. */
  readonly inlineValue: boolean | undefined;
}

/** @throws UsageError if there is no such option, or its value is missing or too much */
function judge({ name, rawName, value, inlineValue }: TypedOption, command: CommandName | undefined): void {
  const hint = command && usageOf(command);
  if (!Object.hasOwn(definitions, name)) {
    const own =
      command === undefined ? (Object.keys(definitions) as OptionName[]) : definitionOf(command).options;
    const meant = nearestName(name, [...own, ...everywhere]);
    const advice = meant === undefined ? '' : ` Did you mean --${meant}?`;
    throw new UsageError(
      `There is no option ${rawName}${command === undefined ? '' : ` of ${command}`}.${advice}`,
      hint,
    );
  }
  const { value: placeholder } = definitions[name as OptionName];
  if (placeholder === undefined) {
    if (value !== undefined) throw new UsageError(`${rawName} does not take a value.`, hint);
    return;
  }
  if (value === undefined || value === '')
    throw new UsageError(`${rawName} needs a value: ${rawName} ${placeholder}.`, hint);
  // More likely an option with a forgotten value than a value that looks like an option.
  if (inlineValue !== true && value.startsWith('-'))
    throw new UsageError(
      `${rawName} needs a value. Write a value that starts with a dash as ${rawName}=${value}.`,
      hint,
    );
}

/**
 * The name that a mistyped one most likely stands for.
 *
 * @returns undefined if none is near enough to be more than a guess
 */
function nearestName<Name extends string>(typed: string, names: readonly Name[]): Name | undefined {
  const bound = typed.length <= 4 ? 1 : 2;
  const [nearest] = names
    .map((name) => ({ name, distance: distance(typed, name) }))
    .filter((one) => one.distance <= bound)
    .sort((a, b) => a.distance - b.distance);
  if (nearest !== undefined) return nearest.name;
  const begun = names.filter((name) => typed.length >= 2 && name.startsWith(typed));
  return begun.length === 1 ? begun[0] : undefined;
}

/** How many letters were left out, put in, mistaken or swapped with their neighbour (optimal string alignment). */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_one, at) => at);
  for (let at = 1; at <= from.length; at++) {
    const next = [at];
    for (let there = 1; there <= to.length; there++) {
      const isSame = from[at - 1] === to[there - 1];
      const isSwapped = from[at - 1] === to[there - 2] && from[at - 2] === to[there - 1];
      next.push(
        Math.min(
          (last[there] ?? 0) + 1,
          (next[there - 1] ?? 0) + 1,
          (last[there - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (before[there - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    before = last;
    last = next;
  }
  return last[to.length] ?? 0;
}
