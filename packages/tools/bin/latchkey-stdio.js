#!/usr/bin/env node
import '../dist/stdio/cli.js';
