/** What a question is about that is at none of the applications: another host, or the right one by another scheme. */
export type UnknownPlace = 'host' | 'scheme';

/** Why a proxy's question cannot be answered: also, who asks is not let ask; or what they ask is none. */
export type WrongQuestion = UnknownPlace | 'peer' | 'question';

const ALL: readonly (string | null)[] = ['host', 'scheme', 'peer', 'question'] satisfies WrongQuestion[];

/** Whether a text is one of these words. */
export const isWrongQuestion = (text: string | null): text is WrongQuestion => ALL.includes(text);
