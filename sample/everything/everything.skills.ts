import { Injectable } from '@nestjs/common';
import { McpSkill, type McpSkillContent } from 'nestjs-mcp-fleet';

@Injectable()
export class EverythingSkills {
  @McpSkill({
    path: 'conformance/read-reports',
    description: 'How to read a report of the conformance suite. Use it when a scenario has failed.',
    frontmatter: { license: 'Apache-2.0', metadata: { version: '1.0' } },
  })
  readReports(): McpSkillContent {
    return {
      instructions: '# Reading a report\n\nLook the status up in `references/statuses.md`, then read the message.\n',
      files: {
        'references/statuses.md': '# Statuses\n\n- FAILURE: a MUST is broken.\n- WARNING: a SHOULD is broken.\n',
        'templates/issue.md': '# Scenario\n\n# Expected\n\n# Got\n',
      },
    };
  }

  @McpSkill({ path: 'greeting', description: 'How to greet somebody who calls this server.' })
  greeting(): string {
    return '# Greeting\n\nCall the tool `greet` with the name of the person.\n';
  }
}
