// Command pgxqueries asks a PostgreSQL server through pgx: by its own interface, and through database/sql. Its library is
// found in a GOPATH.
//
//	pgxqueries URL [COUNT]    for example postgres://user@127.0.0.1/name?sslmode=disable
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
)

func natively(ctx context.Context, url string) error {
	connection, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer connection.Close(ctx)
	if _, err := connection.Exec(ctx, "CREATE TEMPORARY TABLE IF NOT EXISTS items (id int, name text)"); err != nil {
		return err
	}
	rows, err := connection.Query(ctx, "SELECT $1::int + 1", 1)
	if err != nil {
		return err
	}
	for rows.Next() {
		var sum int
		if err := rows.Scan(&sum); err != nil {
			return err
		}
		fmt.Println("selected", sum)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue("INSERT INTO items VALUES ($1, $2)", 1, "one")
	return connection.SendBatch(ctx, batch).Close()
}

func throughDatabaseSQL(ctx context.Context, db *sql.DB) error {
	var text string
	if err := db.QueryRowContext(ctx, "SELECT $1::text", "through database/sql").Scan(&text); err != nil {
		return err
	}
	fmt.Println("selected", text)
	_, err := db.ExecContext(ctx, "SELECT 1")
	return err
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Fatal("usage: pgxqueries URL [COUNT]")
	}
	count := 1
	if len(os.Args) > 2 {
		var err error
		if count, err = strconv.Atoi(os.Args[2]); err != nil {
			log.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	db, err := sql.Open("pgx", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	for i := 0; i < count; i++ {
		if err := natively(ctx, os.Args[1]); err != nil {
			log.Fatal(err)
		}
		if err := throughDatabaseSQL(ctx, db); err != nil {
			log.Fatal(err)
		}
	}
}
