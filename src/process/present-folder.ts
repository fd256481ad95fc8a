// Imported first by each program: libraries ask for the current folder while they are loaded.
try {
  process.cwd();
} catch {
  process.stderr.write('The folder this was started in is not there any more: start it in another one.\n');
  process.exit(1);
}
