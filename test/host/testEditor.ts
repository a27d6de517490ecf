import { editorUnderTest } from './editor.js';
import { extensionHostPart, storyPart } from './editorParts.js';
import { runParts } from './runParts.js';

const editor = editorUnderTest();

void runParts([extensionHostPart(editor), storyPart(editor)]);
