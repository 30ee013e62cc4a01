// The library: the documents there are, adding and removing, rebuilding.
export function start() {}
