import { editorUnderTest } from './editor.js';
import { extensionHostPart, storyPart, windowPart } from './editorParts.js';
import { runParts } from './runParts.js';

const editor = editorUnderTest();

void runParts([extensionHostPart(editor), windowPart(editor), storyPart(editor)]);
