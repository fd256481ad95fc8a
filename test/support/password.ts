/** A password the policy takes. By itself here: who asks a built server need not load the program. */
export const PASSWORD = 'four quiet herons wade';
