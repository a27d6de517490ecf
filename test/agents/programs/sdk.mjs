// A client of one of the MCP SDKs.
import { client } from './connect.mts';
import { serve } from './serve.mjs';

serve(async (name, args) => JSON.stringify(await client.callTool({ name, arguments: args })));
