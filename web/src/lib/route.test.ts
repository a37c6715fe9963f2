import { describe, expect, it } from 'vitest';
import { metricPath, parseRoute } from './route';

const at = (path: string) => parseRoute(new URL(path, 'http://server'));

describe('parseRoute', () => {
  it('knows the pages', () => {
    expect(at('/')).toEqual({ page: 'metrics' });
    expect(at('/keys')).toEqual({ page: 'keys' });
    expect(at('/register?invitation=inv_1')).toEqual({ page: 'register', invitation: 'inv_1' });
    expect(at('/register')).toEqual({ page: 'register', invitation: undefined });
    expect(at('/sign-in')).toEqual({ page: 'sign-in', destination: undefined });
  });

  it('reads where a person was going', () => {
    expect(at('/sign-in?rd=https%3A%2F%2Ftool.example.org%2F%3Fa%3Db')).toMatchObject({
      page: 'sign-in',
      destination: { host: 'tool.example.org' },
    });
    expect(at('/sign-in?rd=javascript:alert(1)')).toEqual({ page: 'sign-in', destination: undefined });
  });

  it('reads the view of a metric', () => {
    expect(at('/metric?name=load&range=7d&aggregate=max&group_by=host')).toEqual({
      page: 'metric',
      name: 'load',
      range: '7d',
      aggregate: 'max',
      groupBy: 'host',
    });
  });

  it('ignores what it does not know in a query', () => {
    expect(at('/metric?name=load&range=forever&aggregate=median')).toMatchObject({
      range: '30d',
      aggregate: undefined,
    });
  });

  it('knows nothing else', () => {
    for (const path of ['/nothing', '/keys/1', '/metric', '/metric?name=', '/metric/load']) {
      expect(at(path), path).toEqual({ page: 'unknown' });
    }
  });
});

describe('metricPath', () => {
  it('leaves out the defaults', () => {
    expect(metricPath({ name: 'load', range: '30d' })).toBe('/metric?name=load');
    expect(metricPath({ name: 'load', range: '1y', aggregate: 'sum' })).toBe(
      '/metric?name=load&range=1y&aggregate=sum',
    );
  });

  it('comes back as the same view for any name', () => {
    for (const name of ['.', '..', '°C', 'a/b', '100 %', 'a+b', 'what?#', 'x&range=7d']) {
      const view = { name, range: '24h', aggregate: 'min', groupBy: 'room & floor' } as const;
      expect(at(metricPath(view)), name).toEqual({ page: 'metric', ...view });
    }
  });
});
