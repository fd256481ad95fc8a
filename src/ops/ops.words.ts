/** What the field says that is refused on the page of parts: an example. */
export const EXAMPLE_PROBLEM = 'Use at most 200 characters. This has 210.';
