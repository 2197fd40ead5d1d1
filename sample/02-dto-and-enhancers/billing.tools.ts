import { Injectable, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { McpArgs, McpTool } from 'nestjs-mcp-fleet';
import { AccountantGuard, Clerk, InvoiceByNumber, InvoiceErrors, TimingInterceptor } from './enhancers.js';
import { Invoice, InvoiceNumber, InvoiceShare, NewInvoice, SplitRequest } from './invoice.dto.js';
import { Invoices } from './invoices.js';

@Injectable()
@UseGuards(AccountantGuard)
@UseInterceptors(TimingInterceptor)
@UseFilters(InvoiceErrors)
export class BillingTools {
  constructor(
    private readonly invoices: Invoices,
    private readonly clerk: Clerk,
  ) {}

  @McpTool({ name: 'issue_invoice', description: 'Writes an invoice', output: Invoice })
  issue(invoice: NewInvoice): Invoice {
    return this.invoices.issue(invoice, this.clerk.name);
  }

  @McpTool({
    name: 'find_invoice',
    description: 'Finds an invoice by its number',
    input: InvoiceNumber,
    output: Invoice,
    annotations: { readOnlyHint: true },
  })
  find(@McpArgs('number', InvoiceByNumber) invoice: Invoice): Invoice {
    return invoice;
  }

  @McpTool({ name: 'pay_invoice', description: 'Marks an invoice as paid', output: Invoice })
  pay({ number }: InvoiceNumber): Invoice {
    return this.invoices.pay(number);
  }

  @McpTool({
    name: 'split_invoice',
    description: 'Calculates the share of each of several people',
    output: InvoiceShare,
  })
  split({ number, parts }: SplitRequest): InvoiceShare {
    return this.invoices.split(number, parts);
  }
}
