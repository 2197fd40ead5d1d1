import { describe, expect, it } from 'vitest';
import { SkillAnnouncements } from '../../../../lib/extensions/skills/skill-announcements.js';

describe('SkillAnnouncements', () => {
  it('a file that changes while its last change is being announced is announced again', async () => {
    const told: string[] = [];
    const accept: (() => void)[] = [];
    const announcements = new SkillAnnouncements(
      {
        resourcesChanged: () => undefined,
        resourceUpdated: (uri) => {
          told.push(uri);
          return new Promise((resolve) => accept.push(resolve));
        },
      },
      () => undefined,
    );
    announcements.tell(['skill://a/SKILL.md']);
    announcements.tell(['skill://a/SKILL.md']);
    accept.shift()!();
    await expect.poll(() => told.length).toBe(2);
    accept.shift()!();
    announcements.close();
  });

  it('what could not be announced is announced again', async () => {
    const told: string[] = [];
    const announcements = new SkillAnnouncements(
      {
        resourcesChanged: () => undefined,
        resourceUpdated: async (uri) => {
          told.push(uri);
          if (told.length === 1) throw new Error('Redis cannot be reached.');
        },
      },
      () => undefined,
    );
    announcements.tell(['skill://a/SKILL.md']);
    await expect.poll(() => told.length, { timeout: 5000 }).toBe(2);
    announcements.close();
  });
});
