#!/usr/bin/env node
import { doctorCommand } from './command.ts';

const { argv, env, stderr, stdin, stdout } = process;
process.exitCode = await doctorCommand('latchkey-doctor', argv.slice(2), { stdin, stdout, stderr, env });
