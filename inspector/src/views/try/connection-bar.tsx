import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { LOG_LEVELS } from '../../../../lib/protocol/log-levels.js';
import type { Era } from '../../../../lib/protocol/revisions.js';
import { REVISIONS } from '../../mcp/connection.js';
import { clientConfiguration } from '../../mcp/curl.js';
import { CodeView } from '../../parts/json-view.js';
import { Badge, FailureNotice } from '../../parts/notice.js';
import { useApp } from '../../state/app-state.js';
import { identityOf } from '../../state/identity.js';

/** How the page is connected: era, log level, and as whom. */
export function ConnectionBar(): JSX.Element {
  const { config, tryIt } = useApp();
  const id = useId();
  const { era, logLevel, identity } = tryIt.settings.value;
  const status = tryIt.status.value;
  return (
    <section class="connection" aria-label="Connection">
      <div class="line">
        <label for={`${id}-era`}>Protocol</label>
        <select
          id={`${id}-era`}
          value={era}
          onChange={(event) => void tryIt.connect({ era: event.currentTarget.value as Era })}
        >
          <option value="modern">{`${REVISIONS.modern}, modern`}</option>
          <option value="legacy">{`${REVISIONS.legacy}, legacy`}</option>
        </select>
        <label for={`${id}-level`}>Log level</label>
        <select
          id={`${id}-level`}
          value={logLevel}
          onChange={(event) => void tryIt.connect({ logLevel: event.currentTarget.value })}
        >
          {LOG_LEVELS.map((level) => (
            <option key={level}>{level}</option>
          ))}
        </select>
        <span role="status">
          {status.kind === 'open' && <Badge tone="good">connected</Badge>}
          {status.kind === 'opening' && <Badge tone="warn">connecting</Badge>}
          {status.kind === 'failed' && <Badge tone="bad">not connected</Badge>}
        </span>
        <button type="button" class="quiet" onClick={() => void tryIt.connect()}>
          Connect again
        </button>
      </div>
      <div class="panels">
        <details open={config.auth && !('authorization' in identity)}>
          <summary>
            {Object.keys(identity).length > 0 ? 'View as: with your headers' : 'View as: nobody in particular'}
          </summary>
          <IdentityForm />
        </details>
        <details>
          <summary>Client configuration</summary>
          <CodeView label="Client configuration" text={clientConfiguration(config.server.name, tryIt.url, identity)} />
          <CodeView
            label="Client configuration of VS Code"
            text={clientConfiguration(config.server.name, tryIt.url, identity, 'servers')}
          />
        </details>
        {status.kind === 'open' && status.server.instructions && (
          <details>
            <summary>Instructions of the server</summary>
            <p class="text">{status.server.instructions}</p>
          </details>
        )}
      </div>
      {status.kind === 'failed' && <FailureNotice failure={status.failure} />}
    </section>
  );
}

/** A token, and headers that a proxy would add. They stay in this page, and are forgotten when it is left. */
function IdentityForm(): JSX.Element {
  const { tryIt } = useApp();
  const id = useId();
  const token = useSignal('');
  const headers = useSignal('');
  const problem = useSignal<string | undefined>(undefined);
  const apply = (): void => {
    const read = identityOf(token.value, headers.value);
    problem.value = read.problem;
    if (!read.problem) void tryIt.connect({ identity: read.headers });
  };
  return (
    <form
      aria-label="View as"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <div class="field">
        <label for={`${id}-token`}>Access token</label>
        <input
          id={`${id}-token`}
          type="password"
          autocomplete="off"
          value={token.value}
          onInput={(event) => (token.value = event.currentTarget.value)}
        />
      </div>
      <div class="field">
        <label for={`${id}-headers`}>Further headers</label>
        <textarea
          id={`${id}-headers`}
          class="mono"
          rows={2}
          placeholder="name: value"
          spellcheck={false}
          value={headers.value}
          aria-describedby={`${id}-hint`}
          onInput={(event) => (headers.value = event.currentTarget.value)}
        />
        <p class="hint" id={`${id}-hint`}>
          One a line. They stay in this page, and are forgotten when you leave it.
        </p>
      </div>
      {problem.value && <p role="alert">{problem.value}</p>}
      <div class="actions">
        <button type="submit">Connect as this person</button>
      </div>
    </form>
  );
}
