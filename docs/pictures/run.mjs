// `npm run pictures` makes the pictures of README and docs anew; `npm run pictures -- FOLDER [NAME …]` those of every page.
if (process.argv.length > 2) await import('./every-page.mjs');
else {
  await import('./make.mjs');
  await import('./guide.mjs');
}
