import type { InstanceReport } from '../wire/instance.js';
import { MAX_MESSAGE, type ReportMessage } from './messages.js';

/**
 * The text of a message, with less in it if it would be too long: first without arguments, then without what else may be
 * large, and what is left out is counted.
 */
export function textOf(message: ReportMessage): string {
  const text = JSON.stringify(message);
  if (text.length <= MAX_MESSAGE || message.type !== 'report') return text;
  const shorter = JSON.stringify({ type: 'report', report: withoutArguments(message.report) });
  return shorter.length <= MAX_MESSAGE ? shorter : JSON.stringify({ type: 'report', report: bare(message.report) });
}

const withoutArguments = (report: InstanceReport): InstanceReport => ({
  ...report,
  calls: report.calls.map((call) => {
    const { arguments: shown, ...rest } = call;
    return shown === undefined ? call : { ...rest, argumentsLeftOut: true };
  }),
});

const bare = (report: InstanceReport): InstanceReport => ({
  ...report,
  ...{ calls: [], callsLeftOut: report.callsLeftOut + report.calls.length },
  ...{ running: [], runningLeftOut: report.runningLeftOut + report.running.length },
  ...{ questions: [], questionsLeftOut: report.questionsLeftOut + report.questions.length },
  ...{ refusals: [], refusalsLeftOut: report.refusalsLeftOut + report.refusals.length },
  ...{ gaps: [], gapsLeftOut: report.gapsLeftOut + report.gaps.length },
});
