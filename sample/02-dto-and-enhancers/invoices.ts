import { Injectable } from '@nestjs/common';
import { BankTransfer, Currency, type Invoice, type InvoiceShare, type NewInvoice } from './invoice.dto.js';

/** An error of this domain, which is independent of MCP and HTTP. */
export class InvoiceError extends Error {}

const DAY_MS = 86_400_000;

/** A stand-in for a service that your application already has. */
@Injectable()
export class Invoices {
  readonly #invoices = new Map<string, Invoice>([
    [
      'INV-0001',
      { number: 'INV-0001', customer: 'Ada', currency: Currency.Euro, total: 1200, status: 'open', clerk: 'alice' },
    ],
  ]);

  all(): Invoice[] {
    return [...this.#invoices.values()];
  }

  find(number: string): Invoice {
    const found = this.#invoices.get(number);
    if (!found) throw new InvoiceError(`There is no invoice ${number}`);
    return found;
  }

  issue({ customer, lines, currency, payment, note }: NewInvoice, clerk: string): Invoice {
    const number = `INV-${String(this.#invoices.size + 1).padStart(4, '0')}`;
    const total = lines.reduce((sum, { unitPrice, quantity }) => sum + unitPrice * quantity, 0);
    const invoice: Invoice = { number, customer: customer.name, currency, total, status: 'open', clerk, note };
    if (payment instanceof BankTransfer) {
      invoice.due = new Date(Date.now() + payment.dueInDays * DAY_MS).toISOString();
    } else {
      invoice.status = 'paid';
    }
    this.#invoices.set(number, invoice);
    return invoice;
  }

  pay(number: string): Invoice {
    const invoice = this.find(number);
    if (invoice.status === 'paid') throw new InvoiceError(`${number} is paid already`);
    invoice.status = 'paid';
    return invoice;
  }

  /** Contains a bug on purpose: the quotient may not be an integer, which the output schema refuses. */
  split(number: string, parts: number): InvoiceShare {
    return { number, parts, each: this.find(number).total / parts };
  }
}
