export function folderInMemory(): string;
