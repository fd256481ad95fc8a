/** What a handler gives a view. Values are escaped where they are printed; there is no way to print raw HTML. */
export type ViewModel = Readonly<Record<string, unknown>>;
