import { editorUnderTest } from './editor.js';
import { extensionHostPart, storyPart, windowPart } from './editorParts.js';
import { runParts } from './runParts.js';

const editor = editorUnderTest();
/** Parts of the names of window tests, to run only those. */
const patterns = process.argv.slice(2);

void runParts(
  patterns.length > 0
    ? [windowPart(editor, patterns)]
    : [extensionHostPart(editor), windowPart(editor), storyPart(editor)],
);
