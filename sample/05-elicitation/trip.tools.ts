import { Injectable } from '@nestjs/common';
import { IsString, MaxLength } from 'class-validator';
import { McpContext, McpTool } from 'nestjs-mcp-fleet';
import { Bookings } from './bookings.js';
import { PartyForm, RegionForm } from './trip.forms.js';

export class Trip {
  @IsString()
  @MaxLength(80)
  city!: string;
}

@Injectable()
export class TripTools {
  constructor(private readonly bookings: Bookings) {}

  /**
   * One method for both eras. A legacy client is asked during the call; for a modern client the method runs again from
   * the top with each answer, so the reservation is a step, which runs once.
   */
  @McpTool({ description: 'Books a trip and asks for missing details', elicits: [RegionForm, PartyForm] })
  async book({ city }: Trip, ctx: McpContext): Promise<string> {
    const reference = await ctx.step('reserve', () => this.bookings.reserve(city));
    const region = await ctx.elicit(RegionForm, `Which part of ${city}?`, { key: 'region' });
    if (region.action !== 'accept') return `Nothing booked, ${reference} lapses.`;
    const party = await this.#party(ctx);
    return `Booked ${reference}: ${city} (${region.content.region}) for ${party.travellers}${party.pets ? ' with pets' : ''}.`;
  }

  async #party(ctx: McpContext): Promise<PartyForm> {
    return ctx.elicitOrThrow(PartyForm, 'Who travels?', { key: 'party' });
  }
}
