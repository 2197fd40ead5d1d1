/** Tells clients that something has changed. */
export interface SkillAnnouncer {
  resourcesChanged(): void;
  /** @throws while it cannot be told */
  resourceUpdated(uri: string): Promise<void>;
}

/** Time between two attempts to announce, ms. */
const RETRY_MS = 1000;

/**
 * Announces which files of skills have changed, until it is announced: nobody else knows. The specification has no
 * notification for skills, so clients hear that the list of resources has changed, and those that are subscribed to a
 * file hear that it has.
 */
export class SkillAnnouncements {
  readonly #untold = new Set<string>();
  #telling = false;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly announcer: SkillAnnouncer,
    private readonly report: (error: unknown) => void,
  ) {}

  tell(uris: readonly string[]): void {
    this.announcer.resourcesChanged();
    for (const uri of uris) this.#untold.add(uri);
    if (!this.#telling) void this.#tell();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
  }

  async #tellOf(uri: string): Promise<void> {
    try {
      await this.announcer.resourceUpdated(uri);
    } catch (error) {
      this.#untold.add(uri);
      throw error;
    }
  }

  /** One after the other, so that a change of many files does not hold up what others announce. */
  async #tell(): Promise<void> {
    this.#telling = true;
    try {
      for (const uri of this.#untold) {
        if (this.#closed) break;
        // Before it is told: it may change again meanwhile.
        this.#untold.delete(uri);
        await this.#tellOf(uri);
      }
      this.#telling = false;
    } catch (error) {
      this.report(error);
      if (!this.#closed) this.#retry = setTimeout(() => void this.#tell(), RETRY_MS).unref();
    }
  }
}
