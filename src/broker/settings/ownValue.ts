/** The values of one setting by the file they come from, as the editor gives them to an extension. */
export interface SettingLayers {
  /** The user's settings, into which those of a remote machine are mixed. */
  readonly globalValue?: unknown;
  /** The user's settings alone; absent if those of another profile count. */
  readonly globalLocalValue?: unknown;
  /** The value in the settings file of a remote machine. */
  readonly globalRemoteValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

/** What the user's own settings say; undefined if they say nothing. */
export function ownValue(layers: SettingLayers | undefined): unknown {
  return layers?.globalRemoteValue === undefined ? layers?.globalValue : layers.globalLocalValue;
}
