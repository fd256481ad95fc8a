import type { Request } from 'express';

/** Leaves a sentence for the next page this person sees. Kept before this returns. @throws Unavailable */
export async function leaveNotice(request: Request, sentence: string): Promise<void> {
  if (request.session === undefined) return;
  request.session.notice = sentence;
  await save(request);
}

/** The sentence left for this page, which is shown once. */
export function takeNotice(request: Request): string | null {
  const notice = request.session?.notice ?? null;
  if (notice !== null) delete request.session.notice;
  return notice;
}

/** Keeps what a form held while its person goes and confirms who they are. @throws Unavailable */
export async function keepForm(
  request: Request,
  form: string,
  fields: Record<string, string>,
): Promise<void> {
  if (request.session === undefined) return;
  request.session.kept = { form, fields };
  await save(request);
}

/** What was kept of this form, once; nothing where nothing was. */
export function takeForm(request: Request, form: string): Readonly<Record<string, string>> {
  const kept = request.session?.kept;
  if (kept?.form !== form) return {};
  delete request.session.kept;
  return kept.fields;
}

/** express-session would save by itself, but only after the redirect has reached the browser. */
function save(request: Request): Promise<void> {
  return new Promise((resolve, reject) =>
    request.session.save((error?: unknown) => (error ? reject(error) : resolve())),
  );
}
