/** The folder of this file. It is a CommonJS file because both builds can load one, and it knows its place in both. */
export const LOCATION = __dirname;
