/** Where the endpoint is mounted, and what it reads. */
export interface MountOptions {
  readonly path: string;
  readonly maxBodyBytes: number;
}
