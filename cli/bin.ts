#!/usr/bin/env node
import { main } from "./main.js";
import { processTerminal } from "./terminal.js";

// A reader that closes early (`espalier check … | head`) is no error.
process.stdout.on("error", (cause: NodeJS.ErrnoException) => process.exit(cause.code === "EPIPE" ? 0 : 1));
process.exitCode = await main(process.argv.slice(2), processTerminal());
