/** The tables of your modules: their entity classes, each after those its rows point to. */
export const OWN_ENTITIES: readonly (new () => object)[] = [];
