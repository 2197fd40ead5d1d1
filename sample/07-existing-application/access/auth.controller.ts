import { Body, Controller, HttpCode, Post, UnauthorizedException } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { IsString, MaxLength } from 'class-validator';
import { Public } from './guards.js';
import { Staff } from './staff.js';

export class Credentials {
  @IsString()
  @MaxLength(100)
  name!: string;

  @IsString()
  @MaxLength(100)
  password!: string;
}

@Controller('auth')
export class AuthController {
  constructor(
    private readonly staff: Staff,
    private readonly jwt: JwtService,
  ) {}

  @Public()
  @Post('login')
  @HttpCode(200)
  async login(@Body() { name, password }: Credentials): Promise<{ token: string }> {
    const member = this.staff.identify(name, password);
    if (!member) throw new UnauthorizedException('This name and password do not match.');
    return { token: await this.jwt.signAsync({ ...member }) };
  }
}
